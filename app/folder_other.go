//go:build !windows && !darwin

package app

const folderName = "deskbridge"
