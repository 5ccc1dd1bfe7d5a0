package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
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

// reportProblems are the reports that can't be written, found before anything is verified.
func reportProblems(names []string) (problems spec.Invalid) {
	for _, name := range names {
		if reportForms[strings.ToLower(filepath.Ext(name))] == nil {
			problems = append(problems, spec.Problem{Field: "--report", What: fmt.Sprintf("%q has no ending that is known", name), Hint: "end it in .html, .json or .xml"})
		}
		if info, err := os.Stat(filepath.Dir(name)); err != nil || !info.IsDir() {
			problems = append(problems, spec.Problem{Field: "--report", What: fmt.Sprintf("the folder of %s isn't there", name), Hint: "make it first"})
		}
		if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
			problems = append(problems, spec.Problem{Field: "--report", What: fmt.Sprintf("%s can't be written: %v", name, atomicfile.ErrNoFile), Hint: "name a file, or a new one"})
		}
	}
	return problems
}

// ownersOnly are the permissions of a new file that is nobody else's business: how a login went.
const ownersOnly = 0o600

func writeReports(names []string, report verify.Report) error {
	var errs []error
	for _, name := range names {
		var b bytes.Buffer
		if err := reportForms[strings.ToLower(filepath.Ext(name))](&b, report); err != nil {
			errs = append(errs, fmt.Errorf("report %s: %w", name, err))
			continue
		}
		if err := atomicfile.Write(name, b.Bytes(), ownersOnly); err != nil {
			errs = append(errs, &localError{fmt.Errorf("report %s can't be written: %w", name, atomicfile.Cause(err)), "make room, or name a file elsewhere"})
		}
	}
	return errors.Join(errs...)
}
