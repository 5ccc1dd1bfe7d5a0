package verify

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

type junitSuites struct {
	XMLName xml.Name   `xml:"testsuites"`
	Suite   junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr"`
	Stamp    string      `xml:"timestamp,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the checks in the XML that CI systems read. Warnings pass, and tell themselves in system-out.
func WriteJUnit(w io.Writer, r Report) error {
	suite := junitSuite{
		Name: "mcpauth verify " + r.URL, Tests: len(r.Checks), Failures: r.Count(Fail), Skipped: r.Count(Skip),
		Time: fmt.Sprintf("%.3f", r.Took.Seconds()), Stamp: r.Started.UTC().Format(time.RFC3339),
	}
	for _, c := range r.Checks {
		one := junitCase{Class: "mcpauth.verify", Name: c.ID}
		switch c.Status {
		case Fail:
			one.Failure = &junitMessage{c.Title + ": got " + c.Got, c.details()}
		case Skip:
			one.Skipped = &junitMessage{Message: c.Got}
			if c.Open {
				one.Skipped = &junitMessage{"could not be made: " + c.Got, c.details()}
			}
		case Warn:
			one.Out = "warning: " + c.details()
		case Pass:
			one.Out = c.Got
		}
		suite.Cases = append(suite.Cases, one)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(junitSuites{Suite: suite}); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// details are a check's diagnosis, a line each.
func (c Check) details() string {
	var b strings.Builder
	for _, line := range []struct{ name, value string }{
		{"sent", strings.Join(c.Requests, ", ")}, {"got", c.Got}, {"want", c.Want}, {"spec", c.Spec}, {"cause", c.Cause}, {"hint", c.Hint},
	} {
		if line.value != "" {
			fmt.Fprintf(&b, "%s: %s\n", line.name, line.value)
		}
	}
	return b.String()
}
