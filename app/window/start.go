package window

import (
	"time"

	"deskbridge/app"
)

// Start returns what the first screen shows. What cannot be read of the data
// folder is part of the answer, so it never fails.
func (w *Window) Start() StartView {
	build := app.Version()
	view := StartView{
		Version:    build.Version,
		Commit:     build.Commit,
		System:     build.System,
		Demo:       w.demo,
		DataFolder: w.app.DataDir(),
	}
	if w.demo {
		return view // live data is none of the demo's business
	}
	status, err := w.app.Status(w.ctx)
	if err != nil {
		view.Trouble = troubleView(err)
		return view
	}
	view.Data = &DataView{
		Zendesk:     status.Account,
		ConnectWise: status.Company,
		InSync:      status.Links,
		Problems:    len(status.Problems),
		LastGoodAt:  timeView(status.LastGood),
	}
	return view
}

func troubleView(err error) *TroubleView {
	t := app.Explain(err)
	return &TroubleView{Code: t.Code, Message: t.Message, Next: t.Next}
}

// timeView is a time as the pages take it: RFC 3339, empty for never.
func timeView(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
