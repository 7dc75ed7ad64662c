package commands

import (
	"context"
	"runtime"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/server/certs"
)

// DevCert is the command that makes a certificate for development; it needs no project.
func DevCert() *cli.Command {
	var (
		hosts  []string
		folder string
	)
	return &cli.Command{
		Name: "devcert", Group: groupServe, SkipChecks: true,
		Short: "make a certificate for development",
		Long: "Makes a certificate for localhost and the hosts that are named, if there is none that fits, and an authority " +
			"of this user that signs it. It prints how to trust the authority, and changes nothing outside of its folder. " +
			"The authority is limited to names and addresses that nobody owns: localhost and names below it, .test, " +
			".internal, .local and .home.arpa, loopback and private networks.",
		Example: "devcert\ndevcert --host shop.localhost --host 192.168.1.7",
		Flags: func(f *cli.Flags) {
			f.Strings(&hosts, "host", "a further name or address")
			f.String(&folder, "dir", "keep authority and certificate here, not in the user's folder")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			dev, err := certs.NewDev(hosts, &certs.DevOptions{Folder: folder})
			if err != nil {
				return err
			}
			if call.Verbosity == 0 {
				return nil
			}
			call.Printf("The certificate is for %s, until %s. It is in one file with its key:\n\n  %s\n\n",
				strings.Join(dev.Hosts(), ", "), dev.Expires().Format("2 January 2006"), call.Success(dev.File()))
			call.Printf("The authority that signed it:\n\n  %s\n\nTo have it trusted:\n", call.Success(dev.AuthorityFile()))
			for _, way := range trustWays(runtime.GOOS, dev.AuthorityFile()) {
				call.Printf("\n  %s\n", call.Heading(way.who))
				for _, step := range way.steps {
					call.Printf("    %s\n", step)
				}
			}
			return nil
		},
	}
}

// trustWay says how somebody comes to trust an authority.
type trustWay struct {
	who   string
	steps []string
}

// trustWays are those of an operating system, for the authority in a file.
func trustWays(system, file string) []trustWay {
	firefox := trustWay{"Firefox", []string{"Settings, Privacy & Security, View Certificates, Authorities, Import: " + file}}
	quoted := "'" + strings.ReplaceAll(file, "'", `'\''`) + "'"
	switch system {
	case "windows":
		return []trustWay{{"Windows, with Edge and Chrome", []string{`certutil -user -addstore Root "` + file + `"`}}, firefox}
	case "darwin":
		return []trustWay{{"macOS, with Safari and Chrome", []string{"security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db " + quoted}}, firefox}
	}
	return []trustWay{
		{"Debian, Ubuntu: curl, Python, Go and others", []string{
			"sudo cp " + quoted + " /usr/local/share/ca-certificates/nuages-dev.crt",
			"sudo update-ca-certificates",
		}},
		{"Fedora, Arch: the same", []string{"sudo trust anchor --store " + quoted}},
		{"Chromium, Chrome (certutil is in libnss3-tools or nss-tools)", []string{
			"mkdir -p ~/.pki/nssdb",
			"certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n 'Nuages development' -i " + quoted,
		}},
		firefox,
	}
}
