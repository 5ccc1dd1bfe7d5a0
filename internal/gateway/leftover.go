package gateway

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// temporaryPrefix is how the names of the temporary files beside a target begin.
func temporaryPrefix(target string) string { return "." + filepath.Base(target) + ".mcpauth-" }

// leftovers warns of temporary files beside a plan's files, which a run leaves that is killed. They may hold the only copy of
// what was there, if that run could not put it back: so they are named, and never removed.
func (p project) leftovers(files []File) (warnings []string, err error) {
	for _, f := range files {
		target, err := p.path(f.Path)
		if err != nil {
			return nil, err
		}
		entries, err := os.ReadDir(filepath.Dir(target))
		if err != nil {
			continue // a folder that isn't there yet holds none, and one that can't be read is refused elsewhere
		}
		for _, entry := range entries {
			if strings.HasPrefix(entry.Name(), temporaryPrefix(target)) {
				warnings = append(warnings, printable(path.Join(path.Dir(f.Path), entry.Name()))+
					": was left by a run that was stopped half-way: remove it, unless "+printable(f.Path)+" lacks something that it holds")
			}
		}
	}
	return warnings, nil
}
