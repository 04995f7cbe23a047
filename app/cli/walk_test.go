package cli_test

import (
	"io/fs"
	"os"
)

// walkFiles calls look with the content of every file below root.
func walkFiles(root *os.Root, look func(name string, body []byte)) error {
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(root.FS(), name)
		if err == nil {
			look(name, body)
		}
		return err
	})
}
