package cmd

import "golang.org/x/sys/unix"

// flush is tcflush(fd, TCIFLUSH).
func flush(fd uintptr) error { return unix.IoctlSetInt(int(fd), unix.TCFLSH, unix.TCIFLUSH) }
