package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// reportForms are the kinds of report, by the file's ending.
var reportForms = map[string]func(*bytes.Buffer, verify.Report) error{
	".html": cleaned(verify.WriteHTML),
	".xml":  cleaned(verify.WriteJUnit),
	".json": func(b *bytes.Buffer, r verify.Report) error { return view.WriteJSON(b, r) },
}

// cleaned makes a form harmless as a whole: what a server said is text in it, and so is what stands for its controls.
func cleaned(write func(io.Writer, verify.Report) error) func(*bytes.Buffer, verify.Report) error {
	return func(b *bytes.Buffer, r verify.Report) error {
		var raw bytes.Buffer
		err := write(&raw, r)
		b.WriteString(view.CleanLines(raw.String()))
		return err
	}
}

// checkReportNames refuses what can't be written, before anything is verified.
func checkReportNames(names []string) error {
	var problems spec.Invalid
	for _, name := range names {
		if reportForms[strings.ToLower(filepath.Ext(name))] == nil {
			problems = append(problems, spec.Problem{Field: "--report", What: fmt.Sprintf("%q has no ending that is known", name), Hint: "end it in .html, .json or .xml"})
		}
		if info, err := os.Stat(filepath.Dir(name)); err != nil || !info.IsDir() {
			problems = append(problems, spec.Problem{Field: "--report", What: fmt.Sprintf("the folder of %s isn't there", name), Hint: "make it first"})
		}
	}
	if problems == nil {
		return nil
	}
	return problems
}

func writeReports(names []string, report verify.Report) error {
	var errs []error
	for _, name := range names {
		var b bytes.Buffer
		if err := reportForms[strings.ToLower(filepath.Ext(name))](&b, report); err != nil {
			errs = append(errs, fmt.Errorf("report %s: %w", name, err))
			continue
		}
		if err := writeWhole(name, b.Bytes()); err != nil {
			errs = append(errs, fmt.Errorf("report %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// writeWhole writes a file whole or not at all: a new file beside it, then a rename. It stays the owner's alone, since a
// report tells how a login went.
func writeWhole(name string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".mcpauth-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
