export namespace window {
	
	export interface StartView {
	    version: string;
	    commit: string;
	    system: string;
	    demo: boolean;
	}

}

