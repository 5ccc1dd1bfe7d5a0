package verify

import (
	"testing"
	"time"
)

func TestDurationsReadWell(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		30 * time.Second: "30s", time.Hour - time.Millisecond: "1h", day: "24h", 36 * time.Hour: "36h",
		30*day - time.Second: "30 days", 70 * 365 * day: "70 years", seconds(1e12): "292 years", seconds(3600.5): "1h0m1s",
	} {
		if got := lasting(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
