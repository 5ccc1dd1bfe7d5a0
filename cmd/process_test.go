//go:build unix

package cmd_test

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// The peak memory of a whole run, measured on the real program: a test binary would bring its own weight.
func TestPeakMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Maxrss is in kilobytes on Linux alone")
	}
	if testing.Short() {
		t.Skip("it builds the program")
	}
	program := filepath.Join(t.TempDir(), "mcpauth")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server, err := sandbox.Start(t.Context(), sandbox.Options{}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	const most = 40 << 10 // KiB
	for _, name := range []string{"first", "second"} {
		run := exec.CommandContext(t.Context(), program, "setup", "--mcp-url", "https://a.example/mcp", "--connection", "google-oauth2", "--yes", "--json")
		run.Env = server.Env()
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		usage, ok := run.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			t.Fatal("no resource usage")
		}
		t.Logf("the %s run took %d KiB at its peak", name, usage.Maxrss)
		if usage.Maxrss > most {
			t.Errorf("the %s run took %d KiB at its peak, want %d at most", name, usage.Maxrss, most)
		}
	}
}
