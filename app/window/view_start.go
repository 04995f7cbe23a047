package window

// StartView is the first screen: which program this is and where it stands.
type StartView struct {
	Version string `json:"version"` // "dev" in a build that nobody labelled
	Commit  string `json:"commit"`  // empty when unknown
	System  string `json:"system"`  // operating system and processor
	Demo    bool   `json:"demo"`
}
