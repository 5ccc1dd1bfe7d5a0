package cmd_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// trees remembers what a folder held, by its path, which is a script's own.
var trees sync.Map

// copyProject copies the project of a gateway fixture, and remembers it.
func copyProject(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: project FIXTURE FOLDER")
	}
	to := ts.MkAbs(args[1])
	ts.Check(os.CopyFS(to, os.DirFS(filepath.Join("..", "testdata", "gateway", args[0], "in"))))
	remember(ts, to)
}

// rememberTree remembers what a folder holds now.
func rememberTree(ts *testscript.TestScript, _ bool, args []string) { remember(ts, ts.MkAbs(args[0])) }

func remember(ts *testscript.TestScript, dir string) {
	held, err := tree(dir)
	ts.Check(err)
	trees.Store(dir, held)
}

// unchangedTree asserts that a folder holds what it did, to the hash, the permissions and the links of each file.
func unchangedTree(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	before, known := trees.Load(dir)
	if !known {
		ts.Fatalf("%s was never remembered", args[0])
	}
	now, err := tree(dir)
	ts.Check(err)
	switch {
	case now != before && !neg:
		ts.Fatalf("%s changed, from\n%s\nto\n%s", args[0], before, now)
	case now == before && neg:
		ts.Fatalf("%s is as it was", args[0])
	}
}

// tree is a line for each file and folder: its name, mode and hash, or where a link leads.
func tree(dir string) (string, error) {
	var lines []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		held := ""
		switch {
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			held = fmt.Sprintf("%x", sha256.Sum256(content))
		case info.Mode()&fs.ModeSymlink != 0:
			if held, err = os.Readlink(path); err != nil {
				return err
			}
		}
		lines = append(lines, fmt.Sprintf("%s %v %s", strings.TrimPrefix(path, dir), info.Mode(), held))
		return nil
	})
	return strings.Join(lines, "\n"), err
}
