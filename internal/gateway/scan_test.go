package gateway

import (
	"strings"
	"testing"
)

func TestScan(t *testing.T) {
	for name, test := range map[string]struct{ src, want string }{
		"comments":                {"a // b \" {\n/* c ` { */ d", "a d"},
		"strings":                 {`a "b \" { // " 'c \' }' d`, `a "b \" { // " 'c \' }' d`},
		"template":                {"a `b ${ `c ${\"}\"} ` + {d: 1}.d } \\` e` f", "a `b ${ `c ${\"}\"} ` + {d: 1}.d } \\` e` f"},
		"regular expression":      {`x = /["'{\/[/]/g.test(y)`, `x = /["'{\/[/]/g . test ( y )`},
		"division":                {"(a + b) / c[0] / 2", "( a + b ) / c [ 0 ] / 2"},
		"expression after if":     {"if (a) /{/.test(a)", "if ( a ) /{/ . test ( a )"},
		"a property named return": {"a.return / b / c", "a . return / b / c"},
		"hashbang":                {"#! /usr/bin/env {\na", "a"},
		"arrow":                   {"async () => {...a}", "async ( ) => { ... a }"},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, err := scan([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			words := make([]string, len(tokens))
			for i, token := range tokens {
				words[i] = token.text
			}
			if got := strings.Join(words, " "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestScanIsUnsure(t *testing.T) {
	for name, src := range map[string]string{
		"open string": `"a`, "string over lines": "'a\\\nb'", "open template": "`a ${b", "open comment": "/* a", "open bracket": "f(",
		"wrong bracket": "f(]", "slash after a block": "{} / 2", "slash after non-null": "a! / b", "escaped name": `\u0061`,
		"not UTF-8": "\xff", "deep template": strings.Repeat("`${", 99) + "a" + strings.Repeat("}`", 99),
	} {
		if _, err := scan([]byte(src)); err == nil {
			t.Errorf("%s: scanned", name)
		}
	}
}
