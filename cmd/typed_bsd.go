//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package cmd

import "golang.org/x/sys/unix"

// flush is tcflush(fd, TCIFLUSH), which is this ioctl here.
func flush(fd uintptr) error {
	const read = 1 // FREAD: what was received, and not what is still to be sent
	return unix.IoctlSetPointerInt(int(fd), unix.TIOCFLUSH, read)
}
