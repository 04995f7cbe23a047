package window

import "deskbridge/app"

// Start returns what the first screen shows. It never fails.
func (w *Window) Start() StartView {
	build := app.Version()
	return StartView{
		Version: build.Version,
		Commit:  build.Commit,
		System:  build.System,
		Demo:    w.demo,
	}
}
