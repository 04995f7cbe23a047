package app

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// EnvDataDir names the data folder where no --data-dir does.
const EnvDataDir = "DESKBRIDGE_DATA_DIR"

// DefaultDataDir is where the operating system wants the data of a program:
// %LocalAppData%\Deskbridge, ~/Library/Application Support/Deskbridge, or
// ~/.local/share/deskbridge.
func DefaultDataDir() string { return filepath.Join(xdg.DataHome, folderName) }

// folder is the place of settings, database and logs.
type folder string

func (f folder) database() string { return filepath.Join(string(f), "deskbridge.db") }
func (f folder) logs() string     { return filepath.Join(string(f), "logs") }

// prepare makes the folder, open to nobody else. A folder that exists is
// tightened only while it is empty: one that holds something may be somebody
// else's, named by mistake, and our files in it are private by themselves.
func (f folder) prepare() error {
	entries, err := os.ReadDir(string(f))
	switch {
	case os.IsNotExist(err):
		if err := os.MkdirAll(string(f), 0o700); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
		return nil
	case err != nil:
		return fmt.Errorf("read data folder: %w", err)
	case len(entries) > 0:
		return nil
	}
	if err := os.Chmod(string(f), 0o700); err != nil {
		return fmt.Errorf("close data folder to others: %w", err)
	}
	return nil
}
