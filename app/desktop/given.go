package desktop

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// arguments are what a start was asked for.
type arguments struct {
	data      string // the data folder, "" for the system's
	hidden    bool   // no window yet: publish in the background
	demo      bool   // a workspace of examples, if there is none yet
	version   bool
	inspector string // tests: where the web view's inspector listens
	paths     []string
	links     []string
}

// parse reads the arguments. What is no flag is a file or a web address; dir is where relative
// paths begin.
func parse(args []string, dir string, errs io.Writer) (arguments, error) {
	o := arguments{data: os.Getenv("POSTBAG_DATA")}
	flags := flag.NewFlagSet("postbag-desktop", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&o.data, "data", o.data, "the data `folder` (else POSTBAG_DATA, else the system's)")
	flags.BoolVar(&o.hidden, "hidden", false, "start without showing the window")
	flags.BoolVar(&o.demo, "demo", false, "fill a workspace with examples, if there is none yet")
	flags.BoolVar(&o.version, "version", false, "say which Postbag this is, and end")
	flags.StringVar(&o.inspector, "inspector", "", "for tests: let the web view be inspected at this loopback `address`")
	flags.Usage = func() {
		fmt.Fprintf(errs, "Usage: postbag-desktop [flags] [files and links to start a post with]\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if err := loopbackOnly(o.inspector); err != nil {
		return o, err
	}
	o.paths, o.links = given(flags.Args(), dir)
	return o, nil
}

func loopbackOnly(address string) error {
	if address == "" || strings.HasPrefix(address, "127.0.0.1:") {
		return nil
	}
	return errors.New("the inspector listens on 127.0.0.1 alone")
}

// given tells files from links. Files that are not there are left out: the window has nothing to
// show for them.
func given(args []string, dir string) (paths, links []string) {
	paths, links = []string{}, []string{}
	for _, arg := range args {
		u, err := url.Parse(arg)
		switch {
		case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
			links = append(links, u.String())
			continue
		case err == nil && u.Scheme == "file" && (u.Host == "" || u.Host == "localhost"):
			arg = u.Path
			if runtime.GOOS == "windows" {
				arg = strings.TrimPrefix(arg, "/")
			}
			arg = filepath.FromSlash(arg)
		}
		if !filepath.IsAbs(arg) {
			arg = filepath.Join(dir, arg)
		}
		if _, err := os.Stat(arg); err == nil {
			paths = append(paths, filepath.Clean(arg))
		}
	}
	return paths, links
}
