//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd && !windows

package cmd

import "errors"

func flush(uintptr) error { return errors.ErrUnsupported }
