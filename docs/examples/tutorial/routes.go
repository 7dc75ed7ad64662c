package main

import "github.com/nuages-web/nuages/urls"

func routes(s *shop) []urls.Route {
	return []urls.Route{
		// doc:hello-route
		urls.Path("hello/", hello).Name("hello"),
		// doc:end
		// doc:record-routes
		urls.Path("", s.list).Name("records"),
		urls.Path("records/<slug:slug>/", s.detail).Name("record"),
		// doc:end
		// doc:order-route
		urls.Path("records/<slug:slug>/order/", s.order).Methods("POST").Name("order"),
		// doc:end
		// doc:api-route
		urls.Path("api/records/", s.api).Methods("GET").Name("api"),
		// doc:end
		// doc:live-route
		urls.Path("records/<slug:slug>/stock/", s.stock).Methods("GET").Name("stock"),
		// doc:end
	}
}
