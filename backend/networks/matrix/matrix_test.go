package matrix_test

import (
	"testing"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/matrix"
	"postbag/backend/networks/matrix/matrixtest"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, matrix.New(), func(t *testing.T) networktest.Server { return matrixtest.New(t) })
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, matrix.New()) }
