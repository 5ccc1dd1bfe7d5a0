//go:build unix

package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// The peak memory of a whole run, measured on the real program: a test binary would bring its own weight.
func TestPeakMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("/proc is on Linux alone")
	}
	if testing.Short() {
		t.Skip("it builds the program")
	}
	program := filepath.Join(t.TempDir(), "mcpauth")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server, err := sandbox.Start(t.Context(), sandbox.Options{Latency: 20 * time.Millisecond}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	const most = 40 << 10 // KiB
	for _, name := range []string{"first", "second"} {
		run := exec.CommandContext(t.Context(), program, "setup", "--mcp-url", "https://a.example/mcp", "--connection", "google-oauth2", "--yes", "--json")
		run.Env = append(server.Env(), "XDG_STATE_HOME="+t.TempDir())
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		peak := watchMemory(run.Process.Pid)
		if err := run.Wait(); err != nil {
			t.Fatal(err)
		}
		took := <-peak
		t.Logf("the %s run took %d KiB at its peak", name, took)
		if took == 0 || took > most {
			t.Errorf("the %s run took %d KiB at its peak, want %d at most", name, took, most)
		}
	}
}

// watchMemory reads a process's high-water mark until it ends. The resource usage that a parent gets would not do: a child
// starts with its parent's memory in it.
func watchMemory(pid int) <-chan int {
	peak := make(chan int, 1)
	go func() {
		most := 0
		for {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			if err != nil {
				peak <- most
				return
			}
			kib := 0
			if _, after, found := strings.Cut(string(status), "VmHWM:"); found {
				_, _ = fmt.Sscan(after, &kib)
			} else if most > 0 { // a process that ended and waits to be collected has no memory
				peak <- most
				return
			}
			if strings.HasPrefix(string(status), "Name:\tmcpauth") { // not the copy of this test before it becomes the program
				most = max(most, kib)
			}
			time.Sleep(time.Millisecond)
		}
	}()
	return peak
}
