package window

import (
	"context"
	"log/slog"
)

// toolkitLog hands what Wails has to say to our log; its own default writes to
// stdout, which belongs to results. A nil logger drops it.
type toolkitLog struct{ to *slog.Logger }

func (l toolkitLog) Print(message string)   { l.at(slog.LevelDebug, message) }
func (l toolkitLog) Trace(message string)   { l.at(slog.LevelDebug, message) }
func (l toolkitLog) Debug(message string)   { l.at(slog.LevelDebug, message) }
func (l toolkitLog) Info(message string)    { l.at(slog.LevelInfo, message) }
func (l toolkitLog) Warning(message string) { l.at(slog.LevelWarn, message) }
func (l toolkitLog) Error(message string)   { l.at(slog.LevelError, message) }

// Fatal is called right before Wails ends the process.
func (l toolkitLog) Fatal(message string) { l.at(slog.LevelError, message) }

func (l toolkitLog) at(level slog.Level, message string) {
	if l.to == nil {
		return
	}
	l.to.Log(context.Background(), level, "window toolkit", "says", message)
}
