package store

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// FolderLock says that a data folder is ours. The system gives it back when
// the process ends, however it ends.
type FolderLock struct {
	file *flock.Flock
}

// Lock takes the data folder for this process, creating the folder when it is
// missing. It does not wait: it returns ErrInUse, naming the folder, when
// another process or another caller in this one holds it. Take it before Open,
// except to open for reading only.
func Lock(dir string) (*FolderLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, wrap("create data folder", err)
	}
	file := flock.New(filepath.Join(dir, "deskbridge.lock"))
	held, err := file.TryLock()
	if err != nil {
		return nil, wrap("lock data folder "+dir, err)
	}
	if !held {
		return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	return &FolderLock{file: file}, nil
}

// Release gives the folder back. It is safe to call twice.
func (l *FolderLock) Release() error {
	return wrap("release data folder", l.file.Unlock())
}
