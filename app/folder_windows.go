package app

const folderName = "Deskbridge"
