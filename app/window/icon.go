package window

import _ "embed"

// icon is what Linux window managers show for the window; elsewhere the icon is
// part of the packaged program.
//
//go:embed icon.png
var icon []byte
