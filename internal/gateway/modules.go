package gateway

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var scriptEndings = []string{".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"}

// modules are the scripts below modules/, by their names in the project.
type modules map[string]*source

// names are sorted.
func (m modules) names() []string { return slices.Sorted(maps.Keys(m)) }

// sure is a script that was cut into tokens without guessing, nil where there is none.
func (m modules) sure(file string) *source {
	if s := m[file]; s != nil && !s.unsure {
		return s
	}
	return nil
}

// imported is the script that a module specifier, resolved but without an ending, means.
func (m modules) imported(name string) *source {
	for _, ending := range []string{".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", "/index.ts", "/index.js"} {
		if s := m.sure(name + ending); s != nil {
			return s
		}
	}
	return nil
}

var testName = regexp.MustCompile(`(\.(test|spec)\.[cm]?[jt]sx?|(^|/)__(tests|mocks)__/.*)$`)

// test says that a script is a test, which the gateway doesn't load: by its name, and as no other script imports it.
func (m modules) test(file string) bool {
	if !testName.MatchString(file) {
		return false
	}
	for name, s := range m {
		if testName.MatchString(name) {
			continue
		}
		for _, t := range s.tokens {
			if target := s.resolve(unquote(t.text)); t.kind == quoted && target != "" && m.imported(target) == m[file] {
				return false
			}
		}
	}
	return true
}

// modules reads every script below modules/: one that is not seen may add a plugin.
func (p project) modules() (modules, error) {
	root, err := p.path("modules")
	if err != nil {
		return nil, err
	}
	found := modules{}
	if _, err := os.Lstat(root); errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "node_modules":
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name := "modules/" + filepath.ToSlash(rel)
		if entry.Type()&fs.ModeSymlink != 0 {
			if skip, err := linked(name, path); skip || err != nil {
				return err
			}
		}
		if entry.IsDir() || !slices.Contains(scriptEndings, filepath.Ext(path)) {
			return nil
		}
		src, _, _, err := p.read(name)
		if err != nil {
			return err
		}
		found[name] = newSource(name, src)
		return nil
	})
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		return nil, refusal
	case err != nil:
		return nil, &Refusal{File: "modules", Reason: "can't be read: " + printable(err.Error()), Err: err}
	}
	return found, nil
}

// linked decides about a symbolic link: one that leads nowhere (editors lock files so) holds nothing, and is skipped; a
// linked folder can't be walked safely, and what it holds can't be left unseen, so it is refused.
func linked(name, path string) (skip bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, err
	case info.IsDir():
		return false, refuse(name, "replace the link by the folder itself", "is a link to a folder, whose scripts can't be looked through for an "+pluginName)
	}
	return false, nil
}

// declaration says that a file only declares types.
func declaration(file string) bool {
	return strings.HasSuffix(file, ".d.ts") || strings.HasSuffix(file, ".d.mts") || strings.HasSuffix(file, ".d.cts")
}
