//go:build race

package bridge_test

// raced says that the race detector is on: SQLite is then ten times slower, so
// the crash-and-fault test runs a sample here and all its schedules without it.
const raced = true
