package auth

//go:generate go tool nuages generate

import "github.com/nuages-web/nuages/orm"

type User struct {
	orm.Model
	Username string `orm:"max_length=150,unique"`
	Friends  orm.M2M[User]
}

type Profile struct {
	orm.Model
	User orm.OneToOne[User] `orm:"on_delete=cascade"`
}
