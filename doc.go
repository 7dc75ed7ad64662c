// Package nuages puts a project together: settings, routes and apps become an http.Handler and a
// program with commands.
//
//	func main() { nuages.Main(project) }
//
//	func project(env *settings.Env) (*nuages.Project, error) {
//		return nuages.New(nuages.Settings{
//			Debug:        env.Bool("DEBUG", false),
//			SecretKey:    env.Secret("SECRET_KEY"),
//			AllowedHosts: env.List("ALLOWED_HOSTS", "example.com"),
//		}, []urls.Route{
//			urls.Path("", home).Name("home"),
//		})
//	}
//
//	func home(r *web.Request) (web.Response, error) {
//		return web.Text("Hello!"), nil
//	}
//
// The program then has the commands runserver, serve, check, listurls and others; without one it
// runs the development server.
package nuages
