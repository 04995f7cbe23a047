// Package app is the running application that both faces, window and command
// line, call: it wires the parts together, owns their lifetime, and offers each
// thing a user can do as one method.
//
// It decides where things are kept, which secrets are used, and what an error
// means to a person. It refuses to know how tickets are planned or sent, and how
// anything is shown. The one rule: whoever writes or signs in holds the lock of
// the data folder first.
package app
