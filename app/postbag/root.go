package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"postbag/app/api"
	"postbag/app/wiring"
)

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitPerson = 3
	exitBusy   = 4
)

// decodeCommand is the hidden command whose process decodes one HEIC picture.
const decodeCommand = "heic-decode"

// cli is what every command has.
type cli struct {
	data      string
	workspace string
	json      bool

	in       *os.File
	stdout   io.Writer
	out      *bufio.Writer // of stdout
	err      io.Writer
	terminal bool // standard error is one
	asks     bool // a person sits at standard input

	app    *wiring.App
	status int  // what to exit with although nothing failed
	began  bool // the command itself runs: what fails now is no longer a matter of usage
}

// usageError says that a command was not understood.
type usageError struct {
	field   string
	message string
}

func (e *usageError) Error() string { return e.message }

func usagef(field, format string, args ...any) error {
	return &usageError{field: field, message: fmt.Sprintf(format, args...)}
}

// run is the whole program for one set of arguments; it returns the exit status.
func run(ctx context.Context, args []string, in, out, errs *os.File) int {
	c := &cli{
		in: in, stdout: out, out: bufio.NewWriter(out), err: errs,
		terminal: term.IsTerminal(int(errs.Fd())), asks: term.IsTerminal(int(in.Fd())),
	}
	root := c.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !c.began {
		if _, ok := errors.AsType[*usageError](err); !ok {
			err = &usageError{message: err.Error()}
		}
	}
	if closed := c.close(); err == nil && closed != nil {
		err = closed
	}
	if err != nil {
		c.json = c.json || wantsJSON(args)
		c.status = c.fail(err)
	}
	if err := c.out.Flush(); err != nil {
		fmt.Fprintf(c.err, "The result could not be written: %v\n", err)
		return max(c.status, exitFailed)
	}
	return c.status
}

// wantsJSON looks for --json where the flags could not be read.
func wantsJSON(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

func (c *cli) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "postbag",
		Short: "Draft posts offline and publish them from this machine",
		Long: "Postbag keeps posts and pictures on this machine and publishes them from here, straight to the networks.\n" +
			"Nothing you made is lost, and nothing is published twice.",
		Args:          cobra.NoArgs,
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetIn(c.in)
	cmd.SetOut(c.out)
	cmd.SetErr(c.err)
	flags := cmd.PersistentFlags()
	flags.StringVar(&c.data, "data", "", "the data `folder` (else POSTBAG_DATA, else the system's)")
	flags.StringVar(&c.workspace, "workspace", "", "the `name` of the brand in it (else the first)")
	flags.BoolVar(&c.json, "json", false, "print one JSON value on standard output")
	cmd.AddCommand(
		newVersion(c), newDemo(c), newNetworks(c), newCheck(c), newChannel(c), newAsset(c), newPreset(c), newRender(c),
		newPost(c), newSlot(c), newQueue(c), newFeed(c), newWorkspace(c), newShelf(c), newServe(c), newAgent(c), newHome(c), newBackup(c), newRestore(c), newDoctor(c),
	)
	return cmd
}

// does makes a method the body of a command. Whatever it returns is a failure, not a misuse,
// unless it says so.
func (c *cli) does(fn func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c.began = true
		return fn(cmd.Context(), args)
	}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("", "there is no command %q; see: %s --help", printable(cmd.CommandPath()+" "+args[0]), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("", "say which: %s", strings.Join(names(cmd.Commands()), ", "))
		},
	}
	cmd.AddCommand(commands...)
	return cmd
}

func names(commands []*cobra.Command) []string {
	list := []string{}
	for _, cmd := range commands {
		if cmd.IsAvailableCommand() {
			list = append(list, cmd.Name())
		}
	}
	return list
}

// config says how to build the program for this command.
func (c *cli) config() wiring.Config {
	config := wiring.Config{Data: c.folder(), Program: "postbag", Version: c.version().Version, Interactive: c.asks}
	if exe, err := os.Executable(); err == nil {
		config.HEIC = []string{exe, decodeCommand}
	}
	config.Engine = os.Getenv("POSTBAG_ENGINE")
	if pass := os.Getenv("POSTBAG_PASSPHRASE"); pass != "" {
		config.Passphrase = []byte(pass)
	}
	return config
}

func (c *cli) folder() string {
	if c.data != "" {
		return c.data
	}
	return os.Getenv("POSTBAG_DATA")
}

// bare returns the services that need no data folder.
func (c *cli) bare(ctx context.Context) *api.Services {
	return wiring.Bare(c.config()).Services(ctx, c.events())
}

// open opens the data folder and the workspace. The folder is closed when the command ends.
func (c *cli) open(ctx context.Context) (*api.Services, api.Workspace, error) {
	services, err := c.services(ctx)
	if err != nil {
		return nil, api.Workspace{}, err
	}
	w, err := c.app.Workspace(ctx, c.workspace)
	if err != nil {
		return nil, api.Workspace{}, api.ErrorOf(err)
	}
	return services, api.Workspace{ID: string(w.ID), Name: w.Name, CreatedMs: w.CreatedAt.UnixMilli()}, nil
}

// services opens the data folder alone.
func (c *cli) services(ctx context.Context) (*api.Services, error) {
	if c.app == nil {
		app, err := wiring.Open(ctx, c.config())
		if err != nil {
			return nil, api.ErrorOf(err)
		}
		app.Log = slog.New(slog.NewTextHandler(&wiring.LogFile{Folder: app.Dir.Logs(), Fallback: c.err}, nil))
		c.app = app
	}
	return c.app.Services(ctx, c.events()), nil
}

func (c *cli) close() error {
	if c.app == nil {
		return nil
	}
	app := c.app
	c.app = nil
	if err := app.Close(); err != nil {
		return api.ErrorOf(err)
	}
	return nil
}

// fail tells what went wrong and returns the exit status.
func (c *cli) fail(err error) int {
	if usage, ok := errors.AsType[*usageError](err); ok {
		c.explain("usage", usage.message, usage.field, "Nothing was changed.", []string{"See postbag --help."})
		return exitUsage
	}
	e := api.ErrorOf(err)
	c.explain(string(e.Code), e.Message, e.Field, e.Safe, e.Actions)
	if e.Ref != "" && !c.json {
		fmt.Fprintf(c.err, "  Details are in the log under %s.\n", e.Ref)
	}
	if e.Code == api.CodeBusy {
		return exitBusy
	}
	return exitFailed
}

func (c *cli) explain(code, message, field, safe string, actions []string) {
	if c.json {
		c.out.Reset(c.stdout) // an error is the only value
		_ = c.print(jsonError{Error: jsonErrorBody{
			Code: code, Message: printable(message), Field: field, Safe: safe, Actions: append([]string{}, actions...),
		}})
		return
	}
	fmt.Fprintln(c.err, printable(message))
	if safe != "" {
		fmt.Fprintln(c.err, "  "+printable(safe))
	}
	for _, action := range actions {
		fmt.Fprintln(c.err, "  → "+printable(action))
	}
}

type jsonError struct {
	Error jsonErrorBody `json:"error"`
}

type jsonErrorBody struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Field   string   `json:"field"`
	Safe    string   `json:"safe"`
	Actions []string `json:"actions"`
}
