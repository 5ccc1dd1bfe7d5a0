package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/goccy/go-yaml"
)

// File is mcpauth.yaml: the same answers as the flags, to be kept beside the project. Flags win over it.
type File struct {
	Domain         string           `yaml:"domain"`
	Servers        []FileServer     `yaml:"servers"`
	Connections    []FileConnection `yaml:"connections"`
	Registration   string           `yaml:"registration"`
	AudienceMode   string           `yaml:"audience_mode"`
	TokenLifetime  FileDuration     `yaml:"token_lifetime"`
	OfflineAccess  *bool            `yaml:"offline_access"`
	GatewayOptions FileGateway      `yaml:"gateway"`
}

// FileServer is one MCP server in mcpauth.yaml.
type FileServer struct {
	URL    string      `yaml:"url"`
	Name   string      `yaml:"name"`
	Scopes []FileScope `yaml:"scopes"`
}

// FileGateway is the gateway's part of mcpauth.yaml.
type FileGateway struct {
	ResourceName string `yaml:"resource_name"`
	PolicyName   string `yaml:"policy_name"`
	PolicyType   string `yaml:"policy_type"`
	Route        string `yaml:"route"`
}

// FileScope is a scope, written as VALUE, VALUE=DESCRIPTION or {value: …, description: …}.
type FileScope Scope

type fullScope struct {
	Value       string `yaml:"value"`
	Description string `yaml:"description"`
}

// UnmarshalYAML takes either form.
func (s *FileScope) UnmarshalYAML(decode func(any) error) error {
	var text string
	if decode(&text) == nil {
		*s = FileScope(ParseScope(text))
		return nil
	}
	var full fullScope
	if err := decode(&full); err != nil {
		return err
	}
	*s = FileScope(full)
	return nil
}

// FileConnection is a connection, written as its name or as {id: con_…}.
type FileConnection Connection

type fullConnection struct {
	Name string `yaml:"name"`
	ID   string `yaml:"id"`
}

// UnmarshalYAML takes either form.
func (c *FileConnection) UnmarshalYAML(decode func(any) error) error {
	var name string
	if decode(&name) == nil {
		*c = FileConnection{Name: name}
		return nil
	}
	var full fullConnection
	if err := decode(&full); err != nil {
		return err
	}
	*c = FileConnection(full)
	return nil
}

// FileDuration is a duration, written as 24h or as a number of seconds.
type FileDuration time.Duration

// UnmarshalYAML takes either form.
func (d *FileDuration) UnmarshalYAML(decode func(any) error) error {
	var text string
	if err := decode(&text); err != nil {
		return err
	}
	parsed, err := ParseDuration(text)
	*d = FileDuration(parsed)
	return err
}

// ParseDuration reads a duration such as 24h, or a bare number of seconds.
func ParseDuration(text string) (time.Duration, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return d, nil
	}
	if d, err := time.ParseDuration(text + "s"); err == nil {
		return d, nil
	}
	return 0, fmt.Errorf("%q is not a duration; write 24h, 90m or a number of seconds", text)
}

// ParseFile reads mcpauth.yaml strictly: an unknown key is an error that names its line, since a misspelt one would
// otherwise be a setting silently left out. The error is an Invalid with all that is wrong.
func ParseFile(name string, content []byte) (f File, err error) {
	// The parser panics on some files that are no sense, such as "connections: !tag 0": they are refused like all others.
	defer func() {
		if recover() != nil {
			f, err = File{}, Invalid{{Field: name, What: "is not YAML that can be read", Hint: "see the README for the keys of mcpauth.yaml, and leave out tags, anchors and aliases"}}
		}
	}()
	content = bytes.TrimPrefix(content, []byte("\ufeff")) // the byte order mark that editors on Windows put there
	err = yaml.NewDecoder(bytes.NewReader(content), yaml.Strict()).Decode(&f)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if found := check(name, content, err != nil); len(found) > 0 {
		return File{}, found
	}
	if err == nil {
		return f, nil
	}
	return File{}, Invalid{{Field: name, What: yaml.FormatError(err, false, false), Hint: "see the README for the keys of mcpauth.yaml"}}
}
