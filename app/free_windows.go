package app

import (
	"fmt"
	"syscall"
	"unsafe"
)

// freeBytes is how much the folder's disk takes from this user.
func freeBytes(folder string) (uint64, error) {
	name, err := syscall.UTF16PtrFromString(folder)
	if err != nil {
		return 0, fmt.Errorf("read free room of %s: %w", folder, err)
	}
	var free uint64
	// GetDiskFreeSpaceExW is not among what package syscall wraps.
	ask := syscall.NewLazyDLL("kernel32.dll").NewProc("GetDiskFreeSpaceExW")
	ok, _, err := ask.Call(uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&free)), 0, 0)
	if ok == 0 {
		return 0, fmt.Errorf("read free room of %s: %w", folder, err)
	}
	return free, nil
}
