package checklist

import "fmt"

const (
	leastFree  = 100 << 20 // below it, a run may not be able to write down what it did
	scarceFree = 1 << 30
)

// judgeLocal makes the rows of this computer.
func judgeLocal(f *LocalFacts) []Check {
	const (
		folder, folderTitle     = "local.folder", "The data folder can be written"
		database, databaseTitle = "local.database", "The database fits this program"
		disk, diskTitle         = "local.disk", "There is room on the disk"
		keychain, keychainTitle = "local.keychain", "The key store works"
	)
	if f == nil {
		const why, next = "This computer was not looked at.", "Check again."
		return []Check{
			unknown(folder, folderTitle, why, next), unknown(database, databaseTitle, why, next),
			unknown(disk, diskTitle, why, next), unknown(keychain, keychainTitle, why, next),
		}
	}
	var out []Check
	if f.FolderErr != nil {
		out = append(out, fail(folder, folderTitle, fmt.Sprintf("%s cannot be written: %v. No run starts, because what was done could not be written down.", f.Folder, f.FolderErr),
			"Give this user the right to write there, or start with another --data-dir."))
	} else {
		out = append(out, pass(folder, folderTitle, f.Folder))
	}
	switch {
	case f.DatabaseErr != nil:
		out = append(out, fail(database, databaseTitle, fmt.Sprintf("The database cannot be opened: %v. No run starts.", f.DatabaseErr),
			"Close other programs that use it; if that does not help, put back the last backup from the data folder."))
	case f.Is > f.Wants:
		out = append(out, fail(database, databaseTitle, fmt.Sprintf("The database has version %d, and this program knows versions up to %d. It is left untouched.", f.Is, f.Wants),
			"Update Deskbridge."))
	default:
		out = append(out, pass(database, databaseTitle, fmt.Sprintf("Version %d.", f.Is)))
	}
	switch {
	case f.FreeErr != nil:
		out = append(out, unknown(disk, diskTitle, fmt.Sprintf("The free room could not be read: %v.", f.FreeErr), "Look for yourself."))
	case f.Free < leastFree:
		out = append(out, fail(disk, diskTitle, fmt.Sprintf("Only %d MB are free. A run could stop in the middle; it would go on from there later.", f.Free>>20), "Free at least 1 GB."))
	case f.Free < scarceFree:
		out = append(out, warn(disk, diskTitle, fmt.Sprintf("%d MB are free.", f.Free>>20), "Free at least 1 GB."))
	default:
		out = append(out, pass(disk, diskTitle, fmt.Sprintf("%d GB are free.", f.Free>>30)))
	}
	switch {
	case f.KeychainErr != nil && f.Spare:
		out = append(out, warn(keychain, keychainTitle, fmt.Sprintf("There is no key store (%v). Keys come from the environment, so none is needed now.", f.KeychainErr),
			"Nothing, as long as the environment holds the keys."))
	case f.KeychainErr != nil:
		out = append(out, fail(keychain, keychainTitle, fmt.Sprintf("The system's key store does not answer: %v. Without it there is no safe place for keys, and none is made up.", f.KeychainErr),
			"Unlock or install the system's key store, or hand the keys over in the environment."))
	default:
		out = append(out, pass(keychain, keychainTitle, ""))
	}
	return out
}
