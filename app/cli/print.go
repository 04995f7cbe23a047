package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// jsonFlag adds --json.
func jsonFlag(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "json", false, "print one JSON object")
}

// json prints v as the one result of a command.
func (c *command) json(v any) error {
	enc := json.NewEncoder(c.std.Out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print result: %w", err)
	}
	return nil
}

// lines prints a result of several lines.
func (c *command) lines(lines ...string) error {
	if _, err := io.WriteString(c.std.Out, strings.Join(lines, "\n")+"\n"); err != nil {
		return fmt.Errorf("print result: %w", err)
	}
	return nil
}

// say writes to a person; that nobody can read it is no reason to fail.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format, args...)
}

// count writes a number with its noun: "1 ticket", "12,345 tickets".
func count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + many
}

func tickets(n int) string  { return count(n, "ticket", "tickets") }
func comments(n int) string { return count(n, "comment", "comments") }

// thousands groups the digits of n by threes.
func thousands(n int64) string {
	digits := fmt.Sprint(n)
	start := len(digits) % 3
	if n < 0 || start == 0 {
		start += 3
	}
	var out strings.Builder
	out.WriteString(digits[:min(start, len(digits))])
	for i := start; i < len(digits); i += 3 {
		out.WriteString("," + digits[i:i+3])
	}
	return out.String()
}

// took writes a duration as a person reads it.
func took(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return d.Round(time.Second).String()
	}
}

// moment writes a time as the local clock shows it.
func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}

// table lays out rows in columns.
func table(rows [][]string) string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t")) // a Builder takes everything
	}
	_ = w.Flush()
	return strings.TrimRight(out.String(), "\n")
}
