package wizard

import (
	"io"

	tea "github.com/charmbracelet/bubbletea"
)

// suspend stops the program, as Ctrl-Z does outside raw mode, and has the question drawn anew when it goes on. Bubble
// Tea's own Suspend waits for that without end, also where nothing stopped: the kernel drops the signal where no shell
// could let the program go on, as in a terminal that was opened for it alone.
func suspend() tea.Cmd { return tea.Exec(suspension{}, nil) }

type suspension struct{}

func (suspension) Run() error { stop(); return nil }

func (suspension) SetStdin(io.Reader)  {}
func (suspension) SetStdout(io.Writer) {}
func (suspension) SetStderr(io.Writer) {}
