package gateway

import (
	"maps"
	"slices"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// scripts plans what becomes of modules/: our plugin in a module of its own, imported and called by runtimeInit, unless the
// project has the plugin already.
func (m *merge) scripts() error {
	files, err := m.moduleFiles()
	if err != nil {
		return err
	}
	uses, err := m.existingPlugins(files)
	if err != nil {
		return err
	}
	if uses.elsewhere > 0 {
		return nil
	}
	src, mode, found, err := m.read(runtimeFile)
	if err != nil {
		return err
	}
	if !found && uses.ours == nil {
		rendered, err := templates.RuntimeTS(m.config.plugin())
		if err != nil {
			return err
		}
		m.plan(change(runtimeFile, nil, rendered, mode, false))
		return nil
	}
	if err := m.module(uses.ours, lineEnd(src)); err != nil {
		return err
	}
	return m.registerIn(files)
}

type plugins struct {
	ours      *pluginUse
	elsewhere int
}

// existingPlugins looks at every plugin of the project. Zuplo takes the first that is added and says nothing of another.
func (m *merge) existingPlugins(files map[string][]byte) (found plugins, err error) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, use := range pluginUses(name, files[name]) {
			warning, err := use.check(m.config.plugin())
			if err != nil {
				return found, err
			}
			switch {
			case warning != "":
				m.warn(warning)
			case name != moduleFile:
				m.result.Notes = append(m.result.Notes, printable(name)+": has "+pluginName+
					" with this tenant already, so none is added")
			}
			if name == moduleFile {
				found.ours = &use
			} else {
				found.elsewhere++
			}
		}
	}
	if found.elsewhere > 1 || found.elsewhere == 1 && found.ours != nil {
		m.warn("modules: " + pluginName + " is made in several places; Zuplo takes the first that is added, silently")
	}
	return found, nil
}

// module plans modules/mcp-oauth.ts. One that was rendered follows a new resource name; one that people changed stays.
func (m *merge) module(ours *pluginUse, eol string) error {
	before, mode, found, err := m.read(moduleFile)
	if err != nil {
		return err
	}
	if found {
		eol = lineEnd(before)
	}
	rendered, err := templates.ModuleTS(m.config.plugin())
	if err != nil {
		return err
	}
	rendered = withLineEnds(rendered, eol)
	switch {
	case found && ours == nil:
		return refuse(moduleFile, "rename that file, or remove it", "is there already and is not ours: it makes no %s", pluginName)
	case found && !generated(before, *ours):
		rendered = before
		if ours.name != m.config.ResourceName {
			m.result.Notes = append(m.result.Notes, moduleFile+": was changed by hand and stays as it is")
		}
	}
	m.plan(change(moduleFile, before, rendered, mode, found))
	return nil
}

// registerIn plans the import and the call, or says which lines to add by hand.
func (m *merge) registerIn(files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		src := files[name]
		tokens, err := scan(src)
		if err != nil || name == moduleFile {
			continue
		}
		if imports, calls, _ := (&source{file: name, src: src, tokens: tokens}).registration(); imports && calls {
			return m.leave(name)
		}
	}
	start := m.source(runtimeFile)
	if f := findInit(start, "runtimeInit", m.sibling); f != nil {
		if changed, ok := f.register(); ok {
			_, mode, _, err := m.read(f.in.file)
			if err != nil {
				return err
			}
			m.plan(change(f.in.file, f.in.src, changed, mode, true))
			return nil
		}
	}
	example := &source{file: runtimeFile}
	m.result.Manual = []string{example.importLine(), registerName + "(runtime);"}
	m.warn(runtimeFile + ": its runtimeInit has a form that isn't recognised, so it stays as it is: import " + registerName +
		" from " + moduleFile + " there by hand, and call it in runtimeInit")
	return m.leave(runtimeFile)
}

// leave notes a file that was looked at and stays.
func (m *merge) leave(file string) error {
	src, mode, found, err := m.read(file)
	if err != nil || !found {
		return err
	}
	m.plan(change(file, src, src, mode, true))
	return nil
}

// source reads a script in tokens, nil where it can't be read for certain.
func (m *merge) source(file string) *source {
	src, _, found, err := m.read(file)
	if err != nil || !found {
		return nil
	}
	tokens, err := scan(src)
	if err != nil {
		return nil
	}
	return &source{file: file, src: src, tokens: tokens}
}

// sibling reads the script that a module specifier means.
func (m *merge) sibling(name string) *source {
	if len(name) <= len("modules/") || name[:len("modules/")] != "modules/" {
		return nil
	}
	for _, ending := range []string{".ts", "/index.ts"} {
		if s := m.source(name + ending); s != nil {
			return s
		}
	}
	return nil
}
