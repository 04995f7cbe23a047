// Package frontend holds the window's built pages, so that the program is one
// file. It decides nothing and knows nothing of what the pages show. The one
// rule: dist is written by the front-end build alone; before the first build it
// holds an empty placeholder, without which this package would not compile.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Pages returns the built pages, index.html at the top. In a binary built before
// the pages were, index.html is missing; the window says so when it opens.
func Pages() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid name, which is all Sub looks at
	}
	return pages
}
