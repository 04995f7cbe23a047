package window

// StartView is the first screen: which program this is and where it stands. One
// of Data and Trouble is there, and in the demo neither.
type StartView struct {
	Version    string       `json:"version"` // "dev" in a build that nobody labelled
	Commit     string       `json:"commit"`  // empty when unknown
	System     string       `json:"system"`  // operating system and processor
	Demo       bool         `json:"demo"`
	DataFolder string       `json:"dataFolder"`
	Data       *DataView    `json:"data,omitempty"`
	Trouble    *TroubleView `json:"trouble,omitempty"`
}

// DataView is what the data folder holds.
type DataView struct {
	Zendesk     string `json:"zendesk"`     // address
	ConnectWise string `json:"connectWise"` // company
	InSync      int    `json:"inSync"`      // tickets
	Problems    int    `json:"problems"`    // open ones
	LastGoodAt  string `json:"lastGoodAt"`  // RFC 3339; empty: never
}

// TroubleView is an error in words.
type TroubleView struct {
	Code    string `json:"code"`
	Message string `json:"message"` // what happened, a sentence
	Next    string `json:"next"`    // what to do about it, a sentence
}
