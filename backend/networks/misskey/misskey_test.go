package misskey_test

import (
	"testing"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/misskey"
	"postbag/backend/networks/misskey/misskeytest"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, misskey.New(), func(t *testing.T) networktest.Server { return misskeytest.New(t) })
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, misskey.New()) }
