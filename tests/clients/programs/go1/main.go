// The SDK for Go v1: one living session; see clients_test.py for the lines it reads and writes.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
)

func main() {
	living := session.Must(session.NewSession())
	client := sts.New(living, aws.NewConfig().WithEndpoint(os.Getenv("STS_URL")).WithRegion("us-east-1"))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer := map[string]string{}
		if lines.Text() == "call" {
			identity, err := client.GetCallerIdentity(nil)
			note(answer, err, func() string { return *identity.UserId })
		} else {
			value, err := living.Config.Credentials.Get()
			note(answer, err, func() string { return value.AccessKeyID })
		}
		text, _ := json.Marshal(answer)
		fmt.Println(string(text))
	}
}

func note(answer map[string]string, err error, key func() string) {
	if err != nil {
		answer["error"] = err.Error()
	} else {
		answer["access_key"] = key()
	}
}
