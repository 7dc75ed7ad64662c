package certs_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/nuages-web/nuages/server/certs"
)

func Example() {
	dir, err := os.MkdirTemp("", "certs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	source, err := certs.NewDev([]string{"shop.localhost"}, &certs.DevOptions{Folder: dir})
	if err != nil {
		fmt.Println(err)
		return
	}

	// A server of package net/http; nuages' own takes the source as it is.
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	s := &http.Server{TLSConfig: source.TLSConfig(), Handler: http.NotFoundHandler()}
	defer s.Close()
	go s.ServeTLS(ln, "", "") // ends with s

	authority, err := os.ReadFile(source.AuthorityFile())
	if err != nil {
		fmt.Println(err)
		return
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(authority)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}}
	resp, err := client.Get("https://" + ln.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	fmt.Println(resp.Status)
	fmt.Println(source.Hosts())
	// Output:
	// 404 Not Found
	// [localhost *.localhost 127.0.0.1 ::1 shop.localhost]
}
