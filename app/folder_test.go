package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"deskbridge/app"
	"deskbridge/app/secret"
	"deskbridge/app/store"
)

func TestFolder_PrivateFromTheStart(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such permissions")
	}
	b := newBench(t)
	// Made by the user, for us.
	if err := os.Mkdir(b.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b.importAs(&secret.Memory{}, environment)
	err := filepath.WalkDir(b.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFolder_OneWithOtherThingsInItIsNotTightened(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such permissions")
	}
	b := newBench(t)
	if err := os.Mkdir(b.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "other"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	b.importAs(&secret.Memory{}, environment)
	info, err := os.Stat(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o755 {
		t.Errorf("mode became %v", info.Mode())
	}
}

func TestFolder_OneAtATime(t *testing.T) {
	b := newBench(t)
	b.importAs(&secret.Memory{}, environment)
	lock, err := store.Lock(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	b.refuses("in_use", &secret.Memory{}, environment)
	if _, err := b.app(&secret.Memory{}, environment).Status(t.Context()); err != nil {
		t.Errorf("looking needs no lock: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	b.sync(&secret.Memory{}, environment)
}

func TestFolder_ReadOnly(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("permissions do not stop this user")
	}
	b := newBench(t)
	if err := os.Mkdir(b.dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := b.app(&secret.Memory{}, environment).ImportSettings(t.Context(), b.settings)
	if code := app.Explain(err).Code; code != "folder_read_only" && code != "no_access" {
		t.Errorf("import ended with %s (%v)", code, err)
	}
}

func TestFolder_AFileInItsPlace(t *testing.T) {
	b := newBench(t)
	if err := os.WriteFile(b.dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := b.app(&secret.Memory{}, environment).ImportSettings(t.Context(), b.settings)
	if err == nil || app.Explain(err).Code == "internal" {
		t.Errorf("import ended with %v", err)
	}
	var path *os.PathError
	if !errors.As(err, &path) {
		t.Errorf("%v does not say which path", err)
	}
}
