package gateway

import (
	"fmt"
	"slices"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// scripts plans what becomes of modules/: our plugin in a module of its own, imported and called by runtimeInit, unless the
// project has the plugin already.
func (m *merge) scripts() error {
	scripts, err := m.modules()
	if err != nil {
		return err
	}
	runs := scripts.running()
	ours, elsewhere, err := m.existingPlugins(scripts, runs)
	if err != nil || elsewhere {
		return err
	}
	runtime := scripts[runtimeFile]
	if runtime == nil && ours == nil {
		rendered, err := templates.RuntimeTS(m.config.plugin())
		if err != nil {
			return err
		}
		m.plan(change(runtimeFile, nil, rendered, 0, false))
		return nil
	}
	eol := "\n"
	if runtime != nil {
		eol = lineEnd(runtime.src)
	}
	if err := m.module(ours, eol); err != nil {
		return err
	}
	return m.wire(scripts, runs)
}

// existingPlugins looks at every plugin of the project but those of tests, and says what becomes of each. Zuplo takes the
// first that is added and says nothing of another, so ours is added where there is none elsewhere.
func (m *merge) existingPlugins(scripts modules, runs []run) (ours *pluginUse, elsewhere bool, err error) {
	places := 0
	for _, name := range scripts.names() {
		for _, u := range scripts[name].plugins() {
			if name != moduleFile && scripts.test(name) {
				m.note("%s: makes an %s in a test, which the gateway doesn't load: it doesn't count", u.place(), pluginName)
				continue
			}
			follows := name == moduleFile && generated(scripts[name].src, u) // a new name
			unsure, err := u.agree(m.config.plugin(), m.nameAsked && !follows)
			if err != nil {
				return nil, false, err
			}
			if places++; name == moduleFile {
				ours = &u
				if unsure != "" {
					m.warn(unsure)
				}
				continue
			}
			m.elsewhere(u, unsure, reached(runs, u.in, u.at))
			if err := m.leave(name); err != nil {
				return nil, false, err
			}
			elsewhere = true
		}
	}
	if elsewhere && places > 1 {
		m.warn("modules: " + pluginName + " is made in several places; Zuplo takes the first that is added, silently")
	}
	return ours, elsewhere, nil
}

// elsewhere says what becomes of a plugin that isn't ours: it stays, and none is added beside it.
func (m *merge) elsewhere(u pluginUse, unsure string, chance certainty) {
	const proof = "`mcpauth verify` shows whether the gateway has it"
	has := fmt.Sprintf("%s: has %s with this tenant already, so none is added", u.place(), pluginName)
	if u.options.named && u.options.name != m.config.ResourceName {
		has += fmt.Sprintf(", and keeps its resourceName %q", u.options.name)
	}
	switch {
	case unsure != "" && !u.made:
		m.warn(unsure + ", so none is added; take it out and run the command again if the gateway has no such plugin (" + proof + ")")
	case unsure != "":
		m.warn(unsure + "; it stays, and none is added")
	case chance == unseen:
		m.warn(has + "; nothing here shows that runtimeInit adds it (" + proof + ")")
	case chance == perhaps:
		m.warn(has + "; it is added under a condition only (" + proof + ")")
	default:
		m.note("%s", has)
	}
}

// module plans modules/mcp-oauth.ts. One that was rendered follows a new resource name, and keeps the one that it has where
// none was asked for; one that people changed stays.
func (m *merge) module(ours *pluginUse, eol string) error {
	before, mode, found, err := m.read(moduleFile)
	if err != nil {
		return err
	}
	if found {
		eol = lineEnd(before)
	}
	want := m.config.plugin()
	if ours != nil && !m.nameAsked && ours.options.name != "" {
		want.ResourceName = ours.options.name
	}
	rendered, err := templates.ModuleTS(want)
	if err != nil {
		return err
	}
	rendered = withLineEnds(rendered, eol)
	switch {
	case found && ours == nil:
		return refuse(moduleFile, "rename that file, or remove it", "is there already and is not ours: it makes no %s", pluginName)
	case found && !generated(before, *ours):
		rendered = before
		m.note("%s: was changed by hand and stays as it is", moduleFile)
	case want.ResourceName != m.config.ResourceName:
		m.note("%s: keeps its resourceName %q, as no other was asked for", moduleFile, want.ResourceName)
	}
	m.plan(change(moduleFile, before, rendered, mode, found))
	return nil
}

// wire plans the import and the call, or says which lines to add by hand.
func (m *merge) wire(scripts modules, runs []run) error {
	w := scripts.wiring(runs)
	switch {
	case w.chance == surely:
		return m.leave(w.file)
	case w.chance == perhaps:
		m.warn(w.place + ": calls " + registerName + " under a condition only: see that it holds wherever MCP clients connect")
		return m.leave(w.file)
	case w.called:
		return m.byHand(scripts, runs, registerName+" is called at "+w.loose+", where nothing shows that it runs")
	case w.loose != "":
		return m.byHand(scripts, runs, "the name "+registerName+" stands at "+w.loose+" in a form that isn't recognised")
	case len(runs) == 0:
		return m.byHand(scripts, runs, "its runtimeInit has a form that isn't recognised")
	}
	f := runs[0].in
	changed, reason := f.register()
	if reason != "" {
		return m.byHand(scripts, runs, reason)
	}
	_, mode, _, err := m.read(f.in.file)
	if err != nil {
		return err
	}
	m.plan(change(f.in.file, f.in.src, changed, mode, true))
	return nil
}

// byHand says which lines to add where, and leaves the file of runtimeInit alone.
func (m *merge) byHand(scripts modules, runs []run, reason string) error {
	in, parameter := scripts[runtimeFile], "runtime"
	reason += ", so the file stays as it is"
	switch {
	case len(runs) > 0:
		in = runs[0].in.in
		if runs[0].in.parameter != "" {
			parameter = runs[0].in.parameter
		}
	case in == nil:
		in, reason = newSource(runtimeFile, nil), "is missing"
	}
	call, what := registerName, "import "+registerName+" from "+moduleFile+" there by hand, and call it"
	if b := in.ourBinding(); len(b.names) > 0 {
		call, what = b.names[0], "call "+b.names[0]+" there by hand,"
	} else {
		m.result.Manual = []string{in.importLine()}
	}
	m.result.Manual = append(m.result.Manual, call+"("+parameter+");")
	m.result.ManualFile = in.file
	m.warn(printable(in.file + ": " + reason + ": " + what + " where runtimeInit begins"))
	return m.leave(in.file)
}

// leave notes, once, a file that was looked at and stays.
func (m *merge) leave(file string) error {
	if slices.ContainsFunc(m.result.Files, func(f File) bool { return f.Path == file }) {
		return nil
	}
	src, mode, found, err := m.read(file)
	if err != nil || !found {
		return err
	}
	m.plan(change(file, src, src, mode, true))
	return nil
}
