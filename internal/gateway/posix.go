//go:build unix

package gateway

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file the owner and the group of another, as far as the user may: whoever runs this as root (in a
// container, say) would else take the project's files away from their owner.
func keepOwner(f *os.File, like fs.FileInfo) {
	if stat, ok := like.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(stat.Uid), int(stat.Gid))
	}
}

// mayMakeFiles asks the system whether this user can make files in a folder: its mode alone doesn't tell of other owners
// and of disks that are mounted for reading only.
func mayMakeFiles(folder string) error {
	const write, search = 2, 1 // W_OK and X_OK (POSIX, access)
	if err := syscall.Access(folder, write|search); err != nil {
		return &fs.PathError{Op: "access", Path: folder, Err: err}
	}
	return nil
}
