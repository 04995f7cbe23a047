package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/zalando/go-keyring"

	"deskbridge/app"
	"deskbridge/app/cli"
)

// TestMain lets the test binary be the program: for the scripts, and for the
// demo, which runs its own binary.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"deskbridge": func() {
		// No test asks the keychain of whoever runs it.
		keyring.MockInitWithError(errors.New("no keychain in tests"))
		std := cli.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
		os.Exit(cli.Run(context.Background(), os.Args[1:], std, func(_ context.Context, o cli.WindowOptions) error {
			_, err := os.Stdout.WriteString("window hidden=" + strconv.FormatBool(o.Hidden) + " demo=" + strconv.FormatBool(o.Demo) + "\n")
			return err
		}))
	}})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("DESKBRIDGE_DATA_DIR", env.WorkDir+"/data")
			env.Setenv("DESKBRIDGE_SIMULATED_PATIENCE", "100ms")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"world":  world,
			"exits":  exits,
			"await":  await,
			"until":  until,
			"report": report,
			"edit":   edit,
			"absent": absent,
		},
	})
}

// world [tickets=N] [latency=D] [faults=NAME,...] [limits=documented] starts simulated services, writes
// settings.json, and puts the secrets into the environment.
func world(ts *testscript.TestScript, _ bool, args []string) {
	o := app.SimulateOptions{Zendesk: "127.0.0.1:0", ConnectWise: "127.0.0.1:0", Tickets: 5, Seed: 1}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		var err error
		switch name {
		case "tickets":
			o.Tickets, err = strconv.Atoi(value)
		case "latency":
			o.Latency, err = time.ParseDuration(value)
		case "faults":
			o.Faults = []string{value}
		default:
			ts.Fatalf("unknown option %s", name)
		}
		ts.Check(err)
	}
	ctx, end := context.WithCancel(context.Background())
	sim, err := app.Simulate(ctx, o)
	ts.Check(err)
	ts.Defer(func() { end(); ts.Check(sim.Stop()) })
	settings, err := sim.Settings(ctx)
	ts.Check(err)
	text, err := settings.Encode()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("settings.json"), text, 0o600))
	for _, v := range sim.Environment() {
		name, value, _ := strings.Cut(v, "=")
		ts.Setenv(name, value)
	}
	ts.Setenv("ZENDESK", sim.Zendesk)
	ts.Setenv("CONNECTWISE", sim.ConnectWise)
}

// exits CODE COMMAND... runs the program and checks its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("deskbridge", args[1:]...)
	code := 0
	var exit interface{ ExitCode() int }
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// counts asks the simulated services what they hold.
func counts(ts *testscript.TestScript) map[string]any {
	answer, err := http.Get(ts.Getenv("CONNECTWISE") + "/simulator/report")
	ts.Check(err)
	defer answer.Body.Close()
	var all map[string]any
	ts.Check(json.NewDecoder(answer.Body).Decode(&all))
	return all
}

// await N waits until the PSA holds at least N of the desk's tickets.
func await(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); ; {
		if int(counts(ts)["carried"].(float64)) >= want {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the PSA never held %d tickets", want)
		}
		time.Sleep(2 * time.Millisecond) // between two looks at a server, not in place of an event
	}
}

// until TEXT COMMAND... runs the program until it prints TEXT.
func until(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(time.Minute); ; {
		err := ts.Exec("deskbridge", args[1:]...)
		if err == nil && strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v never printed %q (%v)", args[1:], args[0], err)
		}
	}
}

// report NAME=N... checks counts; lists are checked by their length. Everything not named must be empty,
// except the totals.
func report(ts *testscript.TestScript, _ bool, args []string) {
	want := map[string]int{}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(value)
		ts.Check(err)
		want[name] = n
	}
	for name, value := range counts(ts) {
		n := 0
		switch v := value.(type) {
		case float64:
			n = int(v)
			if _, named := want[name]; !named {
				continue
			}
		case []any:
			n = len(v)
		}
		if n != want[name] {
			ts.Fatalf("report: %s is %d, want %d: %v", name, n, want[name], value)
		}
	}
}

// edit FILE OLD NEW replaces text that must occur.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}

// absent DIR TEXT... checks that no file below DIR holds any of the texts.
func absent(ts *testscript.TestScript, _ bool, args []string) {
	root, err := os.OpenRoot(ts.MkAbs(args[0]))
	ts.Check(err)
	defer root.Close()
	ts.Check(walkFiles(root, func(name string, body []byte) {
		for _, text := range args[1:] {
			if strings.Contains(string(body), text) {
				ts.Fatalf("%s holds %q", name, text)
			}
		}
	}))
}
