package ticket

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Link pairs a desk ticket with a PSA ticket.
type Link struct {
	Desk DeskID
	PSA  PSAID
	// Adopted is true while the pairing was found by marker and the two sides
	// have not been compared yet; Agreed is empty then.
	Adopted  bool
	Agreed   Agreed
	LinkedAt time.Time
}

// Agreed is what both sides held when they were last known equal: the desk's
// values as the desk spells them, the PSA's as the PSA does.
type Agreed struct {
	Desk DeskState
	PSA  Fields
}

// DeskState is the part of a desk ticket whose change is carried.
type DeskState struct {
	Subject      Fingerprint
	Status       Status
	Priority     Priority
	Requester    UserID
	Organization OrganizationID
}

// StateOf returns what of t is compared with the agreed state.
func StateOf(t Ticket) DeskState {
	return DeskState{
		Subject:      FingerprintOf(t.Subject),
		Status:       t.Status,
		Priority:     t.Priority,
		Requester:    t.RequesterID,
		Organization: t.OrganizationID,
	}
}

// Fingerprint stands for a text that is compared but not kept.
type Fingerprint string

// FingerprintOf returns the fingerprint of text: 16 hexadecimal digits.
func FingerprintOf(text string) Fingerprint {
	sum := sha256.Sum256([]byte(text))
	return Fingerprint(hex.EncodeToString(sum[:8]))
}

// Marker is the key a PSA ticket carries in externalXRef. Account is the host
// part that tells desk accounts apart, such as "acme".
func Marker(account string, id DeskID) string {
	return MarkerPrefix(account) + formatID(int64(id))
}

// MarkerPrefix is what every marker of one desk account starts with.
func MarkerPrefix(account string) string {
	return "deskbridge:" + strings.ToLower(account) + ":"
}

// ParseMarker returns the desk ticket that marker names, or false when the
// marker is not one of this account's.
func ParseMarker(account, marker string) (DeskID, bool) {
	rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(marker)), MarkerPrefix(account))
	if !ok {
		return 0, false
	}
	id, ok := parseID(rest)
	return DeskID(id), ok
}
