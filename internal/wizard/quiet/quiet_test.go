package quiet

import (
	"os"
	"testing"
)

// While packages are initialised CI is set; then it is as it was.
func TestOver(t *testing.T) {
	set := func(value string) *string { return &value }
	for name, was := range map[string]*string{"unset": nil, "empty": set(""), "set": set("woodpecker")} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(variable, "") // puts back afterwards
			if was == nil {
				_ = os.Unsetenv(variable)
			} else {
				t.Setenv(variable, *was)
			}
			before := remember()
			if os.Getenv(variable) == "" {
				t.Error("not set in between")
			}
			before.putBack()
			if now, is := os.LookupEnv(variable); is != (was != nil) || is && now != *was {
				t.Errorf("is %q, set %v", now, is)
			}
		})
	}
}
