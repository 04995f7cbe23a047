package app

import (
	"errors"
	"io/fs"
	"syscall"

	"deskbridge/app/oauth"
	"deskbridge/app/secret"
	"deskbridge/app/store"
)

// explainFolder is about the data folder and the database in it.
func explainFolder(err error) (Trouble, bool) {
	kept := " Nothing was changed at Zendesk or ConnectWise."
	for _, known := range []struct {
		is error
		Trouble
	}{
		{store.ErrInUse, Trouble{
			Code:    "in_use",
			Message: "Another Deskbridge is working in this data folder; two at once could carry a ticket twice." + kept,
			Next:    "Wait until the other one has ended, or stop it, then run the command again.",
		}},
		{store.ErrNewer, Trouble{
			Code:    "database_newer",
			Message: "A newer version of Deskbridge wrote this database. It was left as it is, and no ticket is carried by this version.",
			Next:    "Install the newest Deskbridge, or name another data folder with --data-dir.",
		}},
		{store.ErrOlder, Trouble{
			Code:    "database_older",
			Message: "An older version of Deskbridge wrote this database, and it has not been brought up to date yet." + kept,
			Next:    "Run \"deskbridge sync\" once; it brings the database up to date.",
		}},
		{store.ErrCorrupt, Trouble{
			Code:    "database_damaged",
			Message: "The database in the data folder is damaged, or is not Deskbridge's. It was left as it is, and no ticket is carried.",
			Next:    "Move deskbridge.db out of the data folder and import the settings again: tickets that exist in ConnectWise are found by their marker, none is created twice.",
		}},
		{store.ErrLocked, Trouble{
			Code:    "database_locked",
			Message: "Another program holds the database, such as a backup or a database viewer. What was carried so far is recorded.",
			Next:    "Close that program, then run the command again.",
		}},
		{store.ErrFull, Trouble{
			Code:    "disk_full",
			Message: "The disk takes no more, so nothing can be announced in the journal and nothing more was sent. What was carried so far is recorded.",
			Next:    "Make room on the disk of the data folder, then run the command again.",
		}},
		{syscall.ENOSPC, Trouble{
			Code:    "disk_full",
			Message: "The disk is full. What was carried so far is recorded.",
			Next:    "Make room on the disk, then run the command again.",
		}},
		{store.ErrReadOnly, Trouble{
			Code:    "folder_read_only",
			Message: "The data folder cannot be written, so no write could be recorded and none was sent." + kept,
			Next:    "Give yourself write access to the data folder, or name another one with --data-dir.",
		}},
		{store.ErrMove, Trouble{
			Code:    "journal",
			Message: "The journal refused an impossible step, and the run stopped before it could do harm.",
			Next:    "Run the command again with --verbose and report what it prints.",
		}},
		{store.ErrClosed, Trouble{
			Code:    "closed",
			Message: "Deskbridge is ending. What was carried so far is recorded.",
			Next:    "Run the command again.",
		}},
		{syscall.ENOTDIR, Trouble{
			Code:    "no_folder",
			Message: "Where a folder should be there is a file: " + err.Error() + "." + kept,
			Next:    "Name another data folder with --data-dir.",
		}},
		{fs.ErrPermission, Trouble{
			Code:    "no_access",
			Message: "The system does not let us read or write a file: " + err.Error() + "." + kept,
			Next:    "Give yourself access to it, then run the command again.",
		}},
		{fs.ErrNotExist, Trouble{
			Code:    "no_file",
			Message: "A file is not there: " + err.Error() + "." + kept,
			Next:    "Check the name, then run the command again.",
		}},
	} {
		if errors.Is(err, known.is) {
			known.Exit = ExitFailed
			return known.Trouble, true
		}
	}
	return Trouble{}, false
}

func explainSecret(err error) (Trouble, bool) {
	var unavailable *secret.UnavailableError
	switch {
	case errors.Is(err, oauth.ErrNotStored):
		return Trouble{
			Code: "tokens_not_stored", Exit: ExitFailed,
			Message: "Zendesk renewed our access, and the keychain does not take the new tokens, so they were not used. Tickets wait.",
			Next:    "Unlock the keychain and run the command again; if Zendesk then refuses, sign in again.",
		}, true
	case errors.As(err, &unavailable):
		return Trouble{
			Code: "keychain_unavailable", Exit: ExitSetUp,
			Message: "The keychain of this computer cannot be used, so there are no keys to sign in with. Tickets wait.",
			Next:    unavailable.Advice + " Or " + setVariables,
		}, true
	case errors.Is(err, secret.ErrUnavailable):
		return Trouble{
			Code: "keychain_unavailable", Exit: ExitSetUp,
			Message: "The keychain of this computer cannot be used, so there are no keys to sign in with. Tickets wait.",
			Next:    "Unlock the keychain, or " + setVariables,
		}, true
	case errors.Is(err, secret.ErrTooLarge):
		return Trouble{
			Code: "secret_too_large", Exit: ExitFailed,
			Message: "A token or key is longer than the keychains of all systems take, so it was not stored.",
			Next:    "Check that the variable holds nothing but the token or key.",
		}, true
	case errors.Is(err, oauth.ErrConsentNeeded), errors.Is(err, secret.ErrNotFound):
		return signInNeeded(), true
	}
	return Trouble{}, false
}
