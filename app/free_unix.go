//go:build unix

package app

import (
	"fmt"
	"syscall"
)

// freeBytes is how much the folder's disk takes from this user.
func freeBytes(folder string) (uint64, error) {
	var at syscall.Statfs_t
	if err := syscall.Statfs(folder, &at); err != nil {
		return 0, fmt.Errorf("read free room of %s: %w", folder, err)
	}
	return at.Bavail * uint64(at.Bsize), nil //nolint:gosec // a block size is never negative
}
