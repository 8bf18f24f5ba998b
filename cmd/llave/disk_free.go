//go:build linux || darwin

package main

import "syscall"

// diskFree is how many bytes are left for us on the disk of a folder.
func diskFree(folder string) (uint64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
