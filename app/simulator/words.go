package simulator

import (
	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
)

// The sign-in of a simulated Zendesk, so that a caller needs this package alone.
const (
	ClientID     = desk.ClientID
	AccessToken  = desk.AccessToken
	RefreshToken = desk.RefreshToken
)

// Faults lists every fault that Options.FaultWords may name.
func Faults() []fault.Fault { return fault.List() }

// CheckFaults returns an error that names the first word that is no fault, and the valid ones.
func CheckFaults(words []string) error {
	_, err := fault.Parse(words...)
	return err
}
