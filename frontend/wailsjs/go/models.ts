export namespace window {
	
	export interface DataView {
	    zendesk: string;
	    connectWise: string;
	    inSync: number;
	    problems: number;
	    lastGoodAt: string;
	}
	export interface TroubleView {
	    code: string;
	    message: string;
	    next: string;
	}
	export interface StartView {
	    version: string;
	    commit: string;
	    system: string;
	    demo: boolean;
	    dataFolder: string;
	    data?: DataView;
	    trouble?: TroubleView;
	}

}

