package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/gateway"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// gatewayFiles are the files that a run renders, planned before anything is written anywhere.
type gatewayFiles struct {
	planned bool
	dir     string
	result  gateway.Result
}

func gatewayConfig(s spec.Spec) gateway.Config {
	c := gateway.Config{
		Domain: s.Domain.Host(), ResourceName: s.Gateway.ResourceName, PolicyName: s.Gateway.PolicyName,
		PolicyType: s.Gateway.PolicyType, Route: s.Gateway.Route,
	}
	if s.Domain.Issuer() != "https://"+s.Domain.Host()+"/" {
		c.Issuer = s.Domain.Issuer()
	}
	for _, server := range s.Servers {
		c.MCPURLs = append(c.MCPURLs, server.URL)
	}
	return c
}

// planFiles looks at the gateway's folder first: what can't be merged there stops the run before the tenant is touched.
func (a *app) planFiles(s spec.Spec, o setupOptions) (gatewayFiles, error) {
	c := gatewayConfig(s)
	c.ReplacePolicy = o.replacePolicy
	return planFiles(c, o.out, o.gatewayDir)
}

func planFiles(c gateway.Config, out, gatewayDir string) (files gatewayFiles, err error) {
	if out == "" && gatewayDir == "" {
		return gatewayFiles{}, nil
	}
	if err := checkFolders(out, gatewayDir); err != nil {
		return gatewayFiles{}, err
	}
	files.planned = true
	if out != "" {
		files.dir = out
		files.result, err = gateway.Project(c, out)
	} else {
		files.dir = gatewayDir
		files.result, err = gateway.Merge(c, gatewayDir)
	}
	return files, asInvalid(err)
}

// checkFolders makes sure that at most one folder is named, that one to merge into is there, and that one to write can be.
func checkFolders(out, gatewayDir string) error {
	if out != "" && gatewayDir != "" {
		return &usageError{What: "--out and --gateway-dir exclude each other", Hint: "--out writes a new project, --gateway-dir changes one that exists"}
	}
	if info, err := os.Stat(gatewayDir); gatewayDir != "" && (err != nil || !info.IsDir()) {
		return spec.Invalid{{Field: "--gateway-dir", What: fmt.Sprintf("there is no folder %s", gatewayDir), Hint: "name the folder of a Zuplo project, or write a new one with --out"}}
	}
	if out != "" && !mayBeFolder(out) {
		return spec.Invalid{{Field: "--out", What: fmt.Sprintf("%s is no folder, or below a file", out), Hint: "name a folder; it need not be there yet"}}
	}
	return nil
}

// mayBeFolder tells whether a path is that of a folder, or of none yet below one.
func mayBeFolder(path string) bool {
	info, err := os.Stat(path)
	for parent := filepath.Dir(path); err != nil && parent != path; parent = filepath.Dir(path) {
		path = parent
		info, err = os.Stat(path)
	}
	return err != nil || info.IsDir()
}

// asInvalid puts the gateway's problems with the input into the form that all others have.
func asInvalid(err error) error {
	var own gateway.Invalid
	if !errors.As(err, &own) {
		return err
	}
	problems := make(spec.Invalid, len(own))
	for i, p := range own {
		problems[i] = spec.Problem(p)
	}
	return problems
}

// question asks about the tenant's changes and the files in one; it is empty where no file is to be written.
func (f gatewayFiles) question(domain spec.Domain) string {
	files := 0
	for _, file := range f.result.Files {
		if file.Action != string(plan.None) {
			files++
		}
	}
	switch files {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("Apply these changes to %s, and write 1 file?", domain)
	}
	return fmt.Sprintf("Apply these changes to %s, and write %d files?", domain, files)
}

func (f gatewayFiles) changes() bool { return f.planned && f.result.Changed() }

// show puts the files into the document as planned, and their differences on stdout, before anything is written.
func (f gatewayFiles) show(a *app) {
	if !f.planned {
		return
	}
	for _, warning := range f.result.Warnings {
		a.warn(warning)
	}
	f.became(a, provision.Planned)
	for _, file := range f.result.Files {
		if !a.global.json {
			a.outf("%s", colorDiff(gateway.Diff(file), a.outPalette()))
		}
	}
	for _, note := range f.result.Notes {
		a.say("note: %s\n", view.Clean(note))
	}
	if len(f.result.Manual) > 0 && !a.global.json {
		a.outf("%s\n", a.outPalette().Strong("Add by hand to "+view.Clean(f.result.ManualFile)+":"))
		for _, line := range f.result.Manual {
			a.outf("  %s\n", view.Clean(line))
		}
	}
	a.doc.Manual, a.doc.Notes = f.result.Manual, f.result.Notes
}

// became puts into the document what became of the files that were to change.
func (f gatewayFiles) became(a *app, status provision.Status) {
	a.doc.Files = nil
	for _, file := range f.result.Files {
		entry := view.File{Path: file.Path, Action: file.Action, Status: string(status), Diff: gateway.Diff(file)}
		if file.Action == string(plan.None) {
			entry.Status = string(provision.Skipped)
		}
		a.doc.Files = append(a.doc.Files, entry)
	}
}

// write asks where nobody consented yet, and writes all files or none.
func (f gatewayFiles) write(ctx context.Context, a *app, yes bool) error {
	if !f.changes() {
		if f.planned {
			a.say("No files changed in %s.\n", view.Clean(f.dir))
		}
		return nil
	}
	if err := ctx.Err(); err != nil { // while the last change was on its way
		f.became(a, provision.Skipped)
		return err
	}
	if !yes {
		if !a.canAsk() {
			return missingConsentForFiles()
		}
		if err := a.ask(ctx, "Write these files?"); err != nil {
			f.became(a, provision.Skipped)
			if errors.Is(err, errDeclined) {
				return &usageError{What: "no file was written: the answer was not yes", Hint: "run again to write the files: what is changed on the tenant stays"}
			}
			return err
		}
	}
	if err := gateway.Write(f.result); err != nil {
		f.became(a, provision.Failed)
		return err
	}
	f.became(a, provision.Applied)
	for _, file := range f.result.Files {
		a.say("%s %s\n", a.errPalette().Good("✓ "+fileVerb(file.Action)), view.Clean(file.Path))
	}
	if len(f.result.Manual) > 0 {
		a.say("%s\n", a.errPalette().Warn("Not done yet: the lines to add by hand to "+view.Clean(f.result.ManualFile)+
			", shown above. Until they are there, MCP clients find no metadata, and so no place to log in."))
	}
	return nil
}

func missingConsentForFiles() error {
	return &usageError{What: "files would change, and nobody can be asked here", Hint: "--yes consents to the changes, --check only shows them"}
}

func fileVerb(action string) string {
	switch action {
	case "create":
		return "created  "
	case "update":
		return "changed  "
	}
	return "unchanged"
}

func colorDiff(diff string, palette view.Palette) string {
	lines := strings.SplitAfter(diff, "\n")
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
			lines[i] = paintLine(line, palette.Strong)
		case strings.HasPrefix(line, "+"):
			lines[i] = paintLine(line, palette.Good)
		case strings.HasPrefix(line, "-"):
			lines[i] = paintLine(line, palette.Bad)
		case strings.HasPrefix(line, "@@"):
			lines[i] = paintLine(line, palette.Faint)
		}
	}
	return strings.Join(lines, "")
}

func paintLine(line string, paint func(string) string) string {
	text, hadEnd := strings.CutSuffix(line, "\n")
	text = paint(text)
	if hadEnd {
		text += "\n"
	}
	return text
}
