package app

import "runtime"

// version and commit are set when a release is linked:
//
//	-ldflags "-X deskbridge/app.version=1.2.3 -X deskbridge/app.commit=abc1234"
var (
	version = "dev"
	commit  = ""
)

// Build says which program this is.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	System  string `json:"system"` // operating system and processor
}

// Version returns what was linked into this binary; Version is "dev" and Commit
// empty in a build that nobody labelled.
func Version() Build {
	return Build{
		Version: version,
		Commit:  commit,
		Go:      runtime.Version(),
		System:  runtime.GOOS + "/" + runtime.GOARCH,
	}
}
