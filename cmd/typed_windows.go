package cmd

import "golang.org/x/sys/windows"

func flush(fd uintptr) error { return windows.FlushConsoleInputBuffer(windows.Handle(fd)) }
